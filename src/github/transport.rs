//! Requests with the secret of the moment: the wire, and the credentials that open it.

use super::credentials::Credentials;
use super::patience::Patience;
use super::wire::{Address, Answer, Call, Wire};
use crate::sync::remote::Error;

/// Sends requests, one after the other.
pub(super) struct Transport {
    pub(super) wire: Wire,
    credentials: Credentials,
}

impl Transport {
    pub(super) fn new(
        address: Address,
        credentials: Credentials,
        patience: Patience,
    ) -> Result<Self, Error> {
        let wire = Wire::new(address, patience)?;
        Ok(Self { wire, credentials })
    }

    /// Whether the credentials may write issues, if they say so.
    pub(super) fn may_write_issues(&self) -> Option<bool> {
        self.credentials.may_write_issues()
    }

    /// The path of an address that GitHub gave, if it leads to the same API.
    pub(super) fn path_of(&self, address: &str) -> Option<String> {
        self.wire.path_of(address)
    }

    /// A request, and more of it where it may be repeated.
    pub(super) async fn send(&self, call: Call<'_>) -> Result<Answer, Error> {
        self.wire.repeated(call, || self.authorized(call)).await
    }

    /// A request with the secret of the moment; with a new one, if it was refused and there is another to be had.
    async fn authorized(&self, call: Call<'_>) -> Result<Answer, Error> {
        let secret = self.credentials.current(&self.wire).await?;
        let answer = self.wire.once(call, &secret).await;
        let is_refused = matches!(&answer, Err(error) if error.is_unauthorized());
        // What was refused for its secret was not carried out, so that any request may be repeated.
        if is_refused && self.credentials.renew(&secret) {
            let secret = self.credentials.current(&self.wire).await?;
            return self.wire.once(call, &secret).await;
        }
        answer
    }
}
