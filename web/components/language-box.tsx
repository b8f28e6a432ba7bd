interface Props {
  label: string;
  languages: string[];
  language: string; // the one that is shown now
  onChoose: (language: string) => void;
}

/** Each language under its own name: who is lost in one finds the way out. */
export function LanguageBox({ label, languages, language, onChoose }: Props) {
  return (
    <label>
      {label}{" "}
      <select value={language} onChange={(event) => onChoose(event.currentTarget.value)}>
        {languages.map((one) => (
          <option key={one} value={one} lang={one}>
            {one === "de" ? "Deutsch" : "English"}
          </option>
        ))}
      </select>
    </label>
  );
}
