/**
 * How a unit of systemd is.
 *
 * @module
 */

/** What is asked of a unit. */
export interface UnitState {
  /** `active`, `failed`, … */
  readonly active: string;
  /** `running`, `auto-restart`, … */
  readonly sub: string;
  /** Why it ended last: `success`, `watchdog`, `timeout`, … */
  readonly result: string;
  /** What the program said of itself. */
  readonly status: string;
  /** The process id inside of the machine; 0: there is none. */
  readonly pid: number;
  /** How often systemd started it again by itself. */
  readonly restarts: number;
  /** What the program ended with last. */
  readonly exitStatus: number;
}

/** Reads what `systemctl show` prints. */
export function parseUnit(text: string): UnitState {
  const values = new Map(
    text.split("\n").map((line) => {
      const sign = line.indexOf("=");
      return [line.slice(0, sign), line.slice(sign + 1)];
    }),
  );
  const of = (name: string) => values.get(name) ?? "";
  return {
    active: of("ActiveState"),
    sub: of("SubState"),
    result: of("Result"),
    status: of("StatusText"),
    pid: Number(of("MainPID")),
    restarts: Number(of("NRestarts")),
    exitStatus: Number(of("ExecMainStatus")),
  };
}
