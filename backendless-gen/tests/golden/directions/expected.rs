/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Address`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Address {
        pub street: ::std::string::String,
    }
    /// `Group`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Group {
        pub owner: ::std::boxed::Box<User>,
    }
    /// `GroupResponse`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct GroupResponse {
        pub owner: UserResponse,
    }
    /// `User`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct User {
        pub address: Address,
        pub friends: ::std::vec::Vec<User>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub group: ::std::option::Option<Group>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<::std::string::String>,
        pub name: ::std::string::String,
        pub pin: ::std::string::String,
    }
    /// `UserResponse`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct UserResponse {
        pub address: Address,
        #[serde(deserialize_with = "::std::option::Option::deserialize")]
        pub friends: ::std::option::Option<::std::vec::Vec<UserResponse>>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub group: ::std::option::Option<::std::boxed::Box<GroupResponse>>,
        pub id: ::std::string::String,
        pub name: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub pin: ::std::option::Option<::std::string::String>,
    }
    /// `Users`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Users {
        #[serde(deserialize_with = "::std::option::Option::deserialize")]
        pub users: ::std::option::Option<::std::vec::Vec<UserResponse>>,
    }
}
/// Sends a `GET` request to `/users`
pub fn list_users() -> crate::Result<Prepared<types::Users>> {
    let mut request = RequestBuilder::new(&operations::LIST_USERS);
    request.literal("/users");
    Ok(request.finish_json())
}
/// Sends a `POST` request to `/users`
pub fn create_user(body: &types::User) -> crate::Result<Prepared<types::UserResponse>> {
    let mut request = RequestBuilder::new(&operations::CREATE_USER);
    request.literal("/users");
    request.json(body)?;
    Ok(request.finish_json())
}
