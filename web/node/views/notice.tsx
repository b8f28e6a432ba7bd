import { Button } from "@umbel/components";
import type { Session, State } from "../session";
import { t } from "../texts";

export function Notice({ session, state }: { session: Session; state: State }) {
  const { link, notice, phase } = state;
  const text = notice ?? (link === "lost" && phase !== "login" ? t("lost") : undefined);
  return (
    <div role="status" class="notice-place">
      {text && (
        <p class="notice">
          {text}
          {notice && (
            <Button kind="quiet" label={t("close")} onPress={() => session.tell(undefined)}>
              ×
            </Button>
          )}
        </p>
      )}
    </div>
  );
}
