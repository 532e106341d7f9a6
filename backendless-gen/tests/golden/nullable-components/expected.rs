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
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(untagged)]
    pub enum Pet {
        Cat(Cat),
        Dog(Dog),
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
