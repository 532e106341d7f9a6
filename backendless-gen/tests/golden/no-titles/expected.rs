/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Address`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct Address {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub city: ::std::option::Option<::std::string::String>,
    }
    /// Person
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct Person {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub home: ::std::option::Option<PersonHome>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub work: ::std::option::Option<Address>,
    }
    /// Where they live.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct PersonHome {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub street: ::std::option::Option<::std::string::String>,
    }
}
/// Sends a `GET` request to `/people`
pub fn read_person() -> crate::Result<Prepared<types::Person>> {
    let mut request = RequestBuilder::new(&operations::READ_PERSON);
    request.literal("/people");
    Ok(request.finish_json())
}
