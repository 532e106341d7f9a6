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
#[allow(clippy::all)]
impl Client {
    /// Sends a `PUT` request to `/login`
    pub async fn change_pin<'a>(
        &'a self,
        body: &'a types::Pin,
    ) -> Result<ResponseValue<types::Public>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/login").url()?;
        let request = self.client.put(url).json(body).build()?;
        let info = OperationInfo {
            operation_id: "change_pin",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_json(response),
            _ => Err(transport::refused(response)),
        }
    }
    /// Sends a `POST` request to `/login`
    pub async fn login<'a>(
        &'a self,
        body: &'a types::Login,
    ) -> Result<ResponseValue<types::Session>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/login").url()?;
        let request = self.client.post(url).json(body).build()?;
        let info = OperationInfo {
            operation_id: "login",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_json(response),
            _ => Err(transport::refused(response)),
        }
    }
}
