//! GitHub Apps: an App proves itself with a signed statement, and gets tokens for its installation that expire.
//! <https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/about-authentication-with-a-github-app>

use super::world::ApiError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Value, json};

/// An App that is installed in every repository of the sandbox.
#[derive(Debug, Clone)]
pub struct App {
    /// Its number.
    pub id: u64,
    /// The name in its address and in its login, `SLUG[bot]`.
    pub slug: String,
    /// Its public key, as PKCS#1 DER; absent: whatever is signed is believed.
    pub public_key: Option<Vec<u8>>,
    /// How long its tokens last, in seconds: 3,600 at GitHub.
    pub token_lifetime: i64,
    /// What its tokens may do with issues: `write`, `read`.
    pub issues: String,
}

/// The tokens that were given out.
#[derive(Debug, Default)]
pub(super) struct Tokens(Vec<(String, Timestamp)>);

/// The only installation.
pub(super) const INSTALLATION: u64 = 1;

impl App {
    /// The App that a statement says it is of, unchecked: where none is set up, any will do.
    pub(super) fn of_statement(statement: &str) -> Option<Self> {
        let claims = statement.split('.').nth(1)?;
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        Some(App {
            id: claims["iss"].as_u64().unwrap_or(1),
            slug: "kepherd-app".to_owned(),
            public_key: None,
            token_lifetime: 3_600,
            issues: "write".to_owned(),
        })
    }

    /// Its login.
    pub(super) fn login(&self) -> String {
        format!("{}[bot]", self.slug)
    }

    /// Checks a signed statement: who it is of, how long it lasts, and its signature.
    pub(super) fn check(&self, statement: &str, now: Timestamp) -> Result<(), ApiError> {
        let wrong = |what: &str| ApiError::new(401, what);
        let undecodable = || wrong("A JSON web token could not be decoded");
        let (text, signature) = statement.rsplit_once('.').ok_or_else(undecodable)?;
        let (head, claims) = text.split_once('.').ok_or_else(undecodable)?;
        let decoded = |part: &str| -> Option<Value> {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
        };
        let head = decoded(head).ok_or_else(undecodable)?;
        let claims = decoded(claims).ok_or_else(undecodable)?;
        let signature = URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|_| undecodable())?;
        let is_signed = self.public_key.as_ref().is_none_or(|key| {
            let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key);
            key.verify(text.as_bytes(), &signature).is_ok()
        });
        if head["alg"] != "RS256" || !is_signed {
            return Err(undecodable());
        }
        if self.public_key.is_some() && claims["iss"] != self.id {
            return Err(wrong("Integration not found"));
        }
        let (Some(issued), Some(expires)) = (claims["iat"].as_i64(), claims["exp"].as_i64()) else {
            return Err(wrong("Missing 'issued at' claim ('iat') in assertion"));
        };
        let now = now.as_second();
        if issued > now {
            return Err(wrong(
                "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
            ));
        }
        if expires <= now || expires > now + 600 {
            return Err(wrong(
                "'Expiration time' claim ('exp') is too far in the future",
            ));
        }
        Ok(())
    }

    /// A new token, as GitHub answers with it.
    pub(super) fn token(&self, tokens: &mut Tokens, now: Timestamp) -> Value {
        let token = format!("ghs_sandbox{:028}", tokens.0.len() + 1);
        let lifetime = SignedDuration::from_secs(self.token_lifetime);
        let expires = now.checked_add(lifetime).unwrap_or(Timestamp::MAX);
        tokens.0.push((token.clone(), expires));
        json!({
            "token": token,
            "expires_at": expires.to_string(),
            "permissions": self.permissions(),
            "repository_selection": "all",
        })
    }

    /// The installation, as GitHub describes it.
    pub(super) fn installation(&self, base: &str, account: &Value) -> Value {
        let at = "2026-01-01T00:00:00Z";
        json!({
            "id": INSTALLATION,
            "account": account,
            "repository_selection": "all",
            "access_tokens_url": format!("{base}/app/installations/{INSTALLATION}/access_tokens"),
            "repositories_url": format!("{base}/installation/repositories"),
            "html_url": format!("{base}/settings/installations/{INSTALLATION}"),
            "app_id": self.id,
            "app_slug": self.slug,
            "target_id": account["id"],
            "target_type": "Organization",
            "permissions": self.permissions(),
            "events": [],
            "created_at": at,
            "updated_at": at,
            "single_file_name": null,
            "suspended_by": null,
            "suspended_at": null,
        })
    }

    fn permissions(&self) -> Value {
        json!({ "issues": self.issues, "metadata": "read", "pull_requests": self.issues })
    }
}

impl Tokens {
    /// Whether a token was given out and has not expired.
    pub(super) fn is_valid(&self, token: &str, now: Timestamp) -> bool {
        let mut known = self.0.iter();
        known.any(|(known, expires)| known == token && *expires > now)
    }
}
