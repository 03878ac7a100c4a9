//! Text that never shows: PINs, passwords, the 個人番号.

use schemars::JsonSchema;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use std::fmt;
use std::ops::Deref;

/// Text that debug output and error messages never show. It reads like a `str` where it is needed.
#[derive(Clone, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub struct Masked(String);

impl From<String> for Masked {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Masked {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl Deref for Masked {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("····")
    }
}

impl<'de> Deserialize<'de> for Masked {
    /// Takes text only. The usual message for another type would quote the value.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOnly;

        impl Visitor<'_> for TextOnly {
            type Value = Masked;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text in quotes")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Masked, E> {
                Ok(text.into())
            }

            fn visit_i64<E: Error>(self, _: i64) -> Result<Masked, E> {
                Err(E::custom("a number, expected text in quotes"))
            }

            fn visit_u64<E: Error>(self, _: u64) -> Result<Masked, E> {
                self.visit_i64(0)
            }

            fn visit_i128<E: Error>(self, _: i128) -> Result<Masked, E> {
                self.visit_i64(0)
            }

            fn visit_u128<E: Error>(self, _: u128) -> Result<Masked, E> {
                self.visit_i64(0)
            }

            fn visit_f64<E: Error>(self, _: f64) -> Result<Masked, E> {
                self.visit_i64(0)
            }
        }

        deserializer.deserialize_str(TextOnly)
    }
}
