import { useState } from "preact/hooks";
import { Button } from "./button";
import { ProblemBox } from "./problem-box";

interface Props {
  title: string;
  user: string; // for password managers; a node knows passwords, no users
  texts: { password: string; enter: string; hint: string };
  problem: string | undefined;
  onLogin: (password: string) => Promise<unknown>;
}

export function LoginForm({ title, user, texts, problem, onLogin }: Props) {
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  return (
    <form
      class="login"
      onSubmit={(event) => {
        event.preventDefault();
        setBusy(true);
        void onLogin(password).finally(() => setBusy(false));
      }}
    >
      <h2>{title}</h2>
      <input class="unseen" name="username" autocomplete="username" value={user} readOnly tabIndex={-1} aria-hidden="true" />
      <label>
        {texts.password}
        <input
          name="password"
          type="password"
          autocomplete="current-password"
          required
          value={password}
          onInput={(event) => setPassword(event.currentTarget.value)}
        />
      </label>
      <ProblemBox text={problem} />
      <Button kind="main" submit disabled={busy}>
        {texts.enter}
      </Button>
      <p class="hint">{texts.hint}</p>
    </form>
  );
}
