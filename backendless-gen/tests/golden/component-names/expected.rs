/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Code`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Code {
        pub kind: ::std::string::String,
    }
    /// `Code2`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Code2 {
        pub number: i64,
    }
    /// `Codes`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct Codes {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub body: ::std::option::Option<OpenBody2>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub either: ::std::option::Option<Either>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub lower: ::std::option::Option<Code2>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub upper: ::std::option::Option<Code>,
    }
    /// `Either`
    #[derive(::serde::Serialize, Clone, Debug)]
    #[serde(untagged)]
    pub enum Either {
        Code(Code),
        OtherCode2(OtherCode2),
        /// A value of none of the other variants.
        Other(::serde_json::Value),
    }
    impl<'de> ::serde::Deserialize<'de> for Either {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            let value = <::serde_json::Value as ::serde::Deserialize>::deserialize(
                deserializer,
            )?;
            match value.get("kind").and_then(::serde_json::Value::as_str) {
                ::std::option::Option::Some("Code") => {
                    ::serde_json::from_value::<Code>(value)
                        .map(Self::Code)
                        .map_err(<D::Error as ::serde::de::Error>::custom)
                }
                ::std::option::Option::Some("other-code") => {
                    ::serde_json::from_value::<OtherCode2>(value)
                        .map(Self::OtherCode2)
                        .map_err(<D::Error as ::serde::de::Error>::custom)
                }
                _ => ::std::result::Result::Ok(Self::Other(value)),
            }
        }
    }
    impl ::std::convert::From<Code> for Either {
        fn from(value: Code) -> Self {
            Self::Code(value)
        }
    }
    impl ::std::convert::From<OtherCode2> for Either {
        fn from(value: OtherCode2) -> Self {
            Self::OtherCode2(value)
        }
    }
    /// `OpenBody2`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct OpenBody2 {
        pub name: ::std::string::String,
    }
    /// `OtherCode2`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct OtherCode2 {
        pub kind: ::std::string::String,
    }
}
/// Sends a `GET` request to `/codes`
pub fn read_codes() -> crate::Result<Prepared<types::Codes>> {
    let mut request = RequestBuilder::new(&operations::READ_CODES);
    request.literal("/codes");
    Ok(request.finish_json())
}
