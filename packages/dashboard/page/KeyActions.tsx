import type { Act } from './act.js';

/** How long a key is blocked by default. */
const BLOCK_SECS = 3600;

interface RowProps {
  readonly act: Act;
  readonly name: string;
  readonly id: string;
  /** The text that the page shows. */
  readonly shown: string;
}

/** Buttons next to a key. */
export function KeyButtons({ act, name, id, shown }: RowProps) {
  return (
    <span class="buttons">
      <button
        type="button"
        aria-label={`Reset: ${shown}`}
        onClick={() => act({ action: 'resetKey', name, id }, `${name}: ${shown} was reset.`)}
      >
        Reset
      </button>
      <button
        type="button"
        aria-label={`Block for 1 h: ${shown}`}
        onClick={() =>
          act(
            { action: 'blockKey', name, id, secs: BLOCK_SECS },
            `${name}: ${shown} is blocked for an hour.`,
            `Refuse all requests of ${shown} for an hour?`,
          )
        }
      >
        Block for 1 h
      </button>
    </span>
  );
}

/** Resets or blocks a key that the viewer types, because the page does not show it. */
export function KeyForm({ act, name }: { readonly act: Act; readonly name: string }) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const fields = new FormData(form, event.submitter);
    const key = String(fields.get('key'));
    const secs = Number(fields.get('minutes')) * 60;
    if (fields.get('action') === 'blockKey') {
      act({ action: 'blockKey', name, key, secs }, `${name}: ${key} is blocked for ${secs / 60} minutes.`);
    } else act({ action: 'resetKey', name, key }, `${name}: ${key} was reset.`);
    form.reset();
  };
  return (
    <details>
      <summary>Reset or block another key</summary>
      <form onSubmit={submit}>
        <label>
          Key <input name="key" required autocomplete="off" spellcheck={false} placeholder="ip:192.0.2.7" />
        </label>
        <label>
          Minutes <input name="minutes" type="number" min="1" max="525600" value="60" required />
        </label>
        <button type="submit" name="action" value="resetKey">
          Reset
        </button>
        <button type="submit" name="action" value="blockKey">
          Block
        </button>
      </form>
    </details>
  );
}
