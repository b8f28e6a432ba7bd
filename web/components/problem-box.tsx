/** What went wrong, in one sentence; nothing where nothing did. */
export function ProblemBox({ text }: { text: string | undefined }) {
  return <div role="alert">{text && <p class="problem">{text}</p>}</div>;
}
