// A certified provider for the tests: oidc-provider on a free loopback port, with its own
// development pages. Prints its issuer on the first line. With KEY and CERT in the environment it
// serves https. With STRICT it keeps every default of oidc-provider that decides what a client may do,
// and knows a client with a secret as well.

import { readFileSync } from "node:fs";
import { createServer as plain } from "node:http";
import { createServer as tls } from "node:https";
import Provider from "oidc-provider";

const { KEY, CERT, STRICT } = process.env;
const server = KEY ? tls({ key: readFileSync(KEY), cert: readFileSync(CERT) }) : plain();
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const issuer = `${KEY ? "https" : "http"}://127.0.0.1:${server.address().port}`;

const desk = {
  client_id: "desk",
  application_type: "native",
  token_endpoint_auth_method: "none",
  redirect_uris: ["http://127.0.0.1/callback"],
  post_logout_redirect_uris: ["http://127.0.0.1/signed-out"],
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
};

const people = {
  claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
  findAccount: (_ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: `Name of ${id}`, email: `${id}@acme.example`, email_verified: true }),
  }),
};

const strict = {
  ...people,
  clients: [
    desk,
    {
      ...desk,
      client_id: "secret",
      token_endpoint_auth_method: "client_secret_basic",
      client_secret: "known to the test",
    },
  ],
  cookies: { keys: ["for the tests alone"] },
  ttl: { AccessToken: 2 }, // seconds, so that a story sees it end
};

const lenient = {
  ...people,
  clients: [{ ...desk, grant_types: [...desk.grant_types, "urn:ietf:params:oauth:grant-type:device_code"] }],
  scopes: ["openid", "offline_access", "profile", "email"],
  features: { revocation: { enabled: true }, deviceFlow: { enabled: true }, devInteractions: { enabled: true } },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: () => true,
  // A logout is posted (RP-Initiated Logout 1.0 §2), which this provider takes with such cookies alone.
  enableHttpPostMethods: true,
  cookies: { keys: ["for the tests alone"], long: { sameSite: "none" } },
};

const provider = new Provider(issuer, STRICT ? strict : lenient);
server.on("request", provider.callback());
console.log(issuer);
process.stdin.resume();
process.stdin.on("end", () => process.exit(0)); // ends with the test that started it
