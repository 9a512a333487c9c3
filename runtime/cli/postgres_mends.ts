/**
 * What to do about a Postgres that cannot be used.
 *
 * @module
 */
/** For the driver's and the server's codes; the first that matches counts. */
const MENDS: readonly (readonly [RegExp, string])[] = [
  [/^28/, "Correct the user in DATABASE_URL and the password in DB_PASSWORD"],
  [/^3D000$/, "Create the database: createdb -O USER DATABASE"],
  [/^42501$/, "Run `synapse migrate` as the tables' owner, and grant the rights in docs/cli.md"],
  [/^53300$/, "Raise max_connections of the server, or end connections that nobody needs"],
  [/^config_invalid$/, "Correct sslrootcert in DATABASE_URL, or the rights of that file"],
  [
    /CERT|^UNABLE_TO_/,
    "Name the file of the certificate's authority in DATABASE_URL (sslrootcert) or DENO_CERT, " +
    "and the host as the certificate has it",
  ],
  [/^journal_unavailable$/, "Start the primary, promote a standby, or correct DATABASE_URL"],
  [/^(E[A-Z]+|CONNECT.*)$/, "Start Postgres, or correct DATABASE_URL; look at firewalls between"],
];

/** What to do, by the code that the driver or the server gave; null if that says too little. */
export function postgresMend(code: string): string | null {
  return MENDS.find(([pattern]) => pattern.test(code))?.[1] ?? null;
}
