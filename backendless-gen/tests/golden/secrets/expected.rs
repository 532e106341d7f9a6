/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Login`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone)]
    pub struct Login {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
        pub password: ::std::string::String,
    }
    impl ::std::fmt::Debug for Login {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("Login").finish_non_exhaustive()
        }
    }
    /// `Pin`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct Pin {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub pin: ::std::option::Option<::std::string::String>,
    }
    impl ::std::fmt::Debug for Pin {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("Pin").finish_non_exhaustive()
        }
    }
    /// `Public`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct Public {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
    }
    /// `Session`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct Session {
        #[serde(
            rename = "session-key",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub session_key: ::std::option::Option<::std::string::String>,
    }
    impl ::std::fmt::Debug for Session {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("Session").finish_non_exhaustive()
        }
    }
}
/// Sends a `PUT` request to `/login`
pub fn change_pin(body: &types::Pin) -> crate::Result<Prepared<types::Public>> {
    let mut request = RequestBuilder::new(&operations::CHANGE_PIN);
    request.literal("/login");
    request.json(body)?;
    Ok(request.finish_json())
}
/// Sends a `POST` request to `/login`
pub fn login(body: &types::Login) -> crate::Result<Prepared<types::Session>> {
    let mut request = RequestBuilder::new(&operations::LOGIN);
    request.literal("/login");
    request.json(body)?;
    Ok(request.finish_json())
}
