/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Cat`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Cat {
        pub meow: ::std::string::String,
    }
    /// `Dog`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Dog {
        pub bark: ::std::string::String,
    }
    /// `Owner`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Owner {
        #[serde(deserialize_with = "::std::option::Option::deserialize")]
        pub pet: ::std::option::Option<Pet>,
        #[serde(deserialize_with = "::std::option::Option::deserialize")]
        pub pets: ::std::option::Option<::std::vec::Vec<::std::option::Option<Pet>>>,
    }
    /// `Pet`
    #[derive(::serde::Serialize, Clone, Debug)]
    #[serde(untagged)]
    pub enum Pet {
        Cat(Cat),
        Dog(Dog),
        /// A value of none of the other variants.
        Other(::serde_json::Value),
    }
    impl<'de> ::serde::Deserialize<'de> for Pet {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            let value = <::serde_json::Value as ::serde::Deserialize>::deserialize(
                deserializer,
            )?;
            match [
                ["meow"].iter().all(|name| value.get(name).is_some()),
                ["bark"].iter().all(|name| value.get(name).is_some()),
            ] {
                [true, false] => {
                    ::std::result::Result::Ok(
                        ::serde_json::from_value::<Cat>(value.clone())
                            .map_or(Self::Other(value), Self::Cat),
                    )
                }
                [false, true] => {
                    ::std::result::Result::Ok(
                        ::serde_json::from_value::<Dog>(value.clone())
                            .map_or(Self::Other(value), Self::Dog),
                    )
                }
                _ => ::std::result::Result::Ok(Self::Other(value)),
            }
        }
    }
    impl ::std::convert::From<Cat> for Pet {
        fn from(value: Cat) -> Self {
            Self::Cat(value)
        }
    }
    impl ::std::convert::From<Dog> for Pet {
        fn from(value: Dog) -> Self {
            Self::Dog(value)
        }
    }
}
/// Sends a `GET` request to `/pets`
pub fn read_owner() -> crate::Result<Prepared<types::Owner>> {
    let mut request = RequestBuilder::new(&operations::READ_OWNER);
    request.literal("/pets");
    Ok(request.finish_json())
}
