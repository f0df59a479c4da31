// A certified provider for the tests: oidc-provider on a free loopback port, with its own
// development pages. Prints its issuer on the first line. With KEY and CERT in the environment it
// serves https. With BOUND it ties every token to a key, demands a nonce in each proof, and takes requests
// that were pushed alone; with CROWD besides, a token of a renewal lives for an hour. With STRICT it keeps every default of oidc-provider that decides what a client may do,
// and knows a client with a secret as well.

import { readFileSync } from "node:fs";
import { createServer as plain } from "node:http";
import { createServer as tls } from "node:https";
import Provider from "oidc-provider";
import { witness } from "./witness.mjs";

const { KEY, CERT, STRICT, BOUND, CLIENT_JWK, CROWD } = process.env;
const server = KEY ? tls({ key: readFileSync(KEY), cert: readFileSync(CERT) }) : plain();
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const issuer = `${KEY ? "https" : "http"}://127.0.0.1:${server.address().port}`;

// A token exchange (RFC 8693), which oidc-provider leaves to who runs it: the access token of a person for one of an
// audience, as a JWT. The audience "elsewhere" gets a token for another one.
const exchange = "urn:ietf:params:oauth:grant-type:token-exchange";

const apis = {
  features: {
    resourceIndicators: {
      getResourceServerInfo: (_ctx, resource) => ({
        scope: "orders.read orders.write",
        audience: resource.endsWith("/lies") ? "https://bills.example" : resource,
        accessTokenFormat: "jwt",
        accessTokenTTL: 60,
      }),
    },
  },
};

const desk = {
  client_id: "desk",
  application_type: "native",
  token_endpoint_auth_method: "none",
  redirect_uris: ["http://127.0.0.1/callback"],
  post_logout_redirect_uris: ["http://127.0.0.1/signed-out"],
  grant_types: ["authorization_code", "refresh_token", exchange],
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
  ...apis,
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

// What FAPI 2.0 asks of a provider of native clients, but for the lifetime, which lets a story see a token end.
const bound = {
  ...strict,
  clients: [
    { ...desk, dpop_bound_access_tokens: true, require_pushed_authorization_requests: true },
    ...(CLIENT_JWK
      ? [
          {
            ...desk,
            client_id: "keyed",
            token_endpoint_auth_method: "private_key_jwt",
            token_endpoint_auth_signing_alg: "ES256",
            jwks: { keys: [JSON.parse(CLIENT_JWK)] },
          },
        ]
      : []),
  ],
  ttl: { AccessToken: (ctx) => (CROWD && ctx.oidc.params.grant_type === "refresh_token" ? 3600 : 2) },
  issueRefreshToken: () => true,
  rotateRefreshToken: true,
  enabledJWA: { dPoPSigningAlgValues: ["ES256"] },
  features: {
    devInteractions: { enabled: true },
    dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 7), requireNonce: () => true },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
  },
};

const provider = new Provider(issuer, STRICT ? strict : BOUND ? bound : lenient);
provider.registerGrantType(
  exchange,
  async (ctx) => {
    const { AccessToken, ResourceServer } = provider;
    const { subject_token: given, audience } = ctx.oidc.params;
    const subject = await AccessToken.find(given ?? "");
    if (!subject?.isValid || subject.clientId !== ctx.oidc.client.clientId) {
      ctx.status = 400;
      ctx.body = { error: "invalid_request" };
      return;
    }
    const token = new AccessToken({ accountId: subject.accountId, client: ctx.oidc.client, grantId: subject.grantId });
    token.resourceServer = new ResourceServer("urn:exchange", {
      scope: "",
      audience: audience === "elsewhere" ? "bills" : audience,
      accessTokenFormat: "jwt",
      accessTokenTTL: 60,
    });
    ctx.body = {
      access_token: await token.save(),
      issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
      token_type: "Bearer",
      expires_in: 60,
    };
  },
  ["subject_token", "subject_token_type", "requested_token_type", "audience", "resource", "scope"],
);
if (BOUND) {
  witness(provider, issuer);
}
server.on("request", provider.callback());
console.log(issuer);
process.stdin.resume();
process.stdin.on("end", () => process.exit(0)); // ends with the test that started it
