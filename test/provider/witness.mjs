// The server beside the provider that binds tokens: an API that asks for another sign-in (RFC 9470), and two pages
// that say what has happened to the tokens.

import { createHash } from "node:crypto";
import { text } from "node:stream/consumers";
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from "jose";

// witness serves
//   /orders   to a token that a sign-in gave after the API has asked for one; it answers with the request's body
//   /lapsed   answers as soon as the last access token has expired
//   /renewals says how many renewals there were, and how many were refused for their refresh token
export function witness(provider, issuer) {
  const { AccessToken } = provider;
  const asked = new Set(); // tokens for which a newer sign-in was asked
  const proofs = new Set(); // by jti
  let [expiry, renewed, refused] = [0, 0, 0];
  const renewing = (ctx) => ctx.oidc.params?.grant_type === "refresh_token";
  provider.on("grant.success", (ctx) => {
    expiry = Date.now() + ctx.body.expires_in * 1000;
    renewed += renewing(ctx) ? 1 : 0;
  });
  provider.on("grant.error", (ctx, err) => {
    refused += renewing(ctx) && err.error === "invalid_grant" ? 1 : 0;
  });

  // holds throws unless the proof is of this request, of this token and of the token's key (RFC 9449 §4.3, §7.1).
  async function holds(ctx, token, value) {
    const wanted = { algorithms: ["ES256"], typ: "dpop+jwt", maxTokenAge: 60, clockTolerance: 5 };
    const { payload, protectedHeader } = await jwtVerify(ctx.get("DPoP"), EmbeddedJWK, wanted);
    const hash = createHash("sha256").update(value).digest("base64url");
    const right =
      payload.htm === ctx.method &&
      payload.htu === issuer + ctx.path &&
      payload.ath === hash &&
      !proofs.has(payload.jti) &&
      token.jkt === (await calculateJwkThumbprint(protectedHeader.jwk));
    if (!right) {
      throw new Error("the proof is of something else");
    }
    proofs.add(payload.jti);
  }

  async function orders(ctx) {
    const value = ctx.get("Authorization").replace(/^DPoP /, "");
    const token = await AccessToken.find(value);
    ctx.status = 401;
    try {
      await holds(ctx, token, value);
    } catch (err) {
      ctx.set("WWW-Authenticate", 'DPoP error="invalid_dpop_proof"');
      ctx.body = `${err.message}\n`;
      return;
    }
    if (asked.size === 0 || asked.has(value) || token.gty !== "authorization_code") {
      asked.add(value);
      ctx.set("WWW-Authenticate", 'DPoP error="insufficient_user_authentication", max_age="300"');
      return;
    }
    ctx.status = 200;
    ctx.body = `ordered: ${await text(ctx.req)}\n`;
  }

  provider.use(async (ctx, next) => {
    switch (ctx.path) {
      case "/orders":
        return await orders(ctx);
      case "/lapsed":
        await new Promise((done) => setTimeout(done, expiry - Date.now()));
        ctx.body = "lapsed";
        return;
      case "/renewals":
        ctx.body = `${renewed} renewed, ${refused} refused`;
        return;
    }
    await next();
  });
}
