/**
 * Programs in the place of those by which `install.sh` changes a machine or asks what is on it. `MACHINE`
 * is the folder of an `InstallMachine`, and `INSTALLER` the script's process id.
 *
 * @module
 */

/** Part of each stand-in: writes its call down, sends the signal, counts a change. */
const SHARED = `
note() { printf '%s\\n' "\${0##*/} $*" >>"$MACHINE/calls"; }
send() {
  local signal
  signal="$(cat "$MACHINE/signal")"
  : >"$MACHINE/signal"
  [[ -z "$signal" ]] || kill -s "$signal" "$INSTALLER"
}
step() {
  local left
  [[ -s "$MACHINE/step" ]] || return 0
  left=$(($(cat "$MACHINE/step") - 1))
  echo "$left" >"$MACHINE/step"
  [[ "$left" != 0 ]] || send
}
`;

/** Does what the real one does, which is a change. */
const CHANGES = `PATH="\${PATH#*:}"; "\${0##*/}" "$@" || exit; step`;

/** Each by the name of the program that it stands for; bash. */
export const STAND_INS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    useradd: 'note "$@"; touch "$MACHINE/user"',
    userdel: 'note "$@"; unlink "$MACHINE/user"',
    getent: '[[ -e "$MACHINE/user" ]]',
    chown: 'note "$@"; echo "$1" >"$MACHINE/owners/${2//\\//+}"',
    stat: `
file="\${!#}"
[[ "$*" == *%U:%G* ]] && exec cat "$MACHINE/owners/\${file//\\//+}"
PATH="\${PATH#*:}" exec stat "$@"`,
    systemctl: `
unit="\${!#}"
name="\${unit%.service}"
current="$DESTDIR/opt/synapse/bin/synapse"
[[ -z "\${UNANSWERED-}" || "$*" != "$UNANSWERED"* ]] || exit 1
case "$*" in
list-units*) exec cat "$MACHINE/active" ;;
show*EnvironmentFiles*)
  echo '/opt/synapse/config/synapse.env (ignore_errors=yes)'
  [[ "$name" != *@* ]] || echo "/opt/synapse/config/\${name#*@}.env (ignore_errors=no)"
  exit ;;
show*Environment*) exec cat "$MACHINE/environment" ;;
show*ActiveState*) exec sed -n 's/^# state //p' "$MACHINE/nodes/$unit" ;;
show*StatusText*) exec sed -n 's/^# status //p' "$MACHINE/nodes/$unit" ;;
esac
note "$@"
[[ "$1" != daemon-reload ]] || cp "$DESTDIR/etc/systemd/system/synapse.service" "$MACHINE/unit"
[[ "$1" == restart ]] || { step; exit 0; }
grep -q '^# silent' "$current" && exec env PATH="\${PATH#*:}" sleep 60
cp "$current" "$MACHINE/nodes/$unit"
[[ -s "$MACHINE/step" ]] || send
step`,
    install: CHANGES,
    ln: CHANGES,
    mv: CHANGES,
    rm: CHANGES,
    // Writes down what it is told of variables, and runs what it is given with those that are set.
    "systemd-run": `
while [[ "$1" == -* ]]; do
  if [[ "$1" == -p ]]; then
    shift
    [[ "$1" =~ ^(User|Environment.*)= ]] && properties+=" $1"
    # Neither of these two is expanded by it.
    [[ "$1" != Environment=* ]] || eval "export $(sed 's/[$\`]/\\\\&/g' <<<"\${1#*=}")"
  fi
  shift
done
printf '%s\n' "$properties" >>"$MACHINE/services"
exec "$@" </dev/null`,
    sleep: ":",
  }).map(([name, lines]) => [name, SHARED + lines]),
);
