import { Button, SureButton } from "@umbel/components";
import { may, type Task } from "../model";
import type { Session, State } from "../session";
import { t } from "../texts";

export function Tasks({ session, state }: { session: Session; state: State }) {
  const { tasks, role } = state;
  return (
    <section aria-labelledby="tasks">
      <h2 id="tasks">
        {t("tasks")}
        <Button kind="quiet" label={t("tasks.refresh")} onPress={() => void session.loadTasks()}>
          ↻
        </Button>
      </h2>
      <ul class="tasks">
        {tasks?.map((task) => (
          <li key={task.tag}>
            <code>{task.tag}</code>
            <span class={`tag ${task.state}`}>{t(stateText(task))}</span>
            {task.out && <small>{task.out}</small>}
            {task.state === "running" && task.kind !== "system" && may(role, "control") && (
              <SureButton
                ask={t("sure")}
                label={t("tasks.kill", { tag: task.tag })}
                onPress={() => void session.kill(task.tag)}
              >
                {t("kill")}
              </SureButton>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function stateText({ state, kind }: Task) {
  if (state === "running") return kind === "system" ? "task.system" : "task.running";
  return state === "done" ? "task.done" : state === "killed" ? "task.killed" : "task.failed";
}
