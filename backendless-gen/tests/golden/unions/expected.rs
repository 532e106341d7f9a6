/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Address`
    #[derive(::serde::Serialize, Clone, Debug)]
    #[serde(untagged)]
    pub enum Address {
        Auto(AddressAuto),
        Explicit(AddressExplicit),
        /// A value of none of the other variants.
        Other(::serde_json::Value),
    }
    impl<'de> ::serde::Deserialize<'de> for Address {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            let value = <::serde_json::Value as ::serde::Deserialize>::deserialize(
                deserializer,
            )?;
            match value.get("type").and_then(::serde_json::Value::as_str) {
                ::std::option::Option::Some("auto") => {
                    ::serde_json::from_value::<AddressAuto>(value)
                        .map(Self::Auto)
                        .map_err(<D::Error as ::serde::de::Error>::custom)
                }
                ::std::option::Option::Some("explicit") => {
                    ::serde_json::from_value::<AddressExplicit>(value)
                        .map(Self::Explicit)
                        .map_err(<D::Error as ::serde::de::Error>::custom)
                }
                _ => ::std::result::Result::Ok(Self::Other(value)),
            }
        }
    }
    impl ::std::convert::From<AddressAuto> for Address {
        fn from(value: AddressAuto) -> Self {
            Self::Auto(value)
        }
    }
    impl ::std::convert::From<AddressExplicit> for Address {
        fn from(value: AddressExplicit) -> Self {
            Self::Explicit(value)
        }
    }
    /// `AddressAuto`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct AddressAuto {
        /// Known values: `auto`.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
    }
    /// `AddressExplicit`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct AddressExplicit {
        pub ip: ::std::string::String,
        /// Known values: `explicit`.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
    }
    /// `Cat`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Cat {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub meow: ::std::option::Option<::std::string::String>,
        #[serde(rename = "petType")]
        pub pet_type: ::std::string::String,
    }
    /// `Contact`
    #[derive(::serde::Serialize, Clone, Debug)]
    #[serde(untagged)]
    pub enum Contact {
        Email(ContactEmail),
        Phone(ContactPhone),
        /// A value of none of the other variants.
        Other(::serde_json::Value),
    }
    impl<'de> ::serde::Deserialize<'de> for Contact {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            let value = <::serde_json::Value as ::serde::Deserialize>::deserialize(
                deserializer,
            )?;
            match [
                ["email"].iter().all(|name| value.get(name).is_some()),
                ["phone"].iter().all(|name| value.get(name).is_some()),
            ] {
                [true, false] => {
                    ::std::result::Result::Ok(
                        ::serde_json::from_value::<ContactEmail>(value.clone())
                            .map_or(Self::Other(value), Self::Email),
                    )
                }
                [false, true] => {
                    ::std::result::Result::Ok(
                        ::serde_json::from_value::<ContactPhone>(value.clone())
                            .map_or(Self::Other(value), Self::Phone),
                    )
                }
                _ => ::std::result::Result::Ok(Self::Other(value)),
            }
        }
    }
    impl ::std::convert::From<ContactEmail> for Contact {
        fn from(value: ContactEmail) -> Self {
            Self::Email(value)
        }
    }
    impl ::std::convert::From<ContactPhone> for Contact {
        fn from(value: ContactPhone) -> Self {
            Self::Phone(value)
        }
    }
    /// `ContactEmail`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ContactEmail {
        pub email: ::std::string::String,
    }
    /// `ContactPhone`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ContactPhone {
        pub phone: ::std::string::String,
    }
    /// `Dog`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Dog {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub bark: ::std::option::Option<::std::string::String>,
        #[serde(rename = "petType")]
        pub pet_type: ::std::string::String,
    }
    /// `Loose`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(transparent)]
    pub struct Loose(pub ::serde_json::Value);
    impl ::std::ops::Deref for Loose {
        type Target = ::serde_json::Value;
        fn deref(&self) -> &::serde_json::Value {
            &self.0
        }
    }
    impl ::std::convert::From<Loose> for ::serde_json::Value {
        fn from(value: Loose) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::serde_json::Value> for Loose {
        fn from(value: ::serde_json::Value) -> Self {
            Self(value)
        }
    }
    /// `Owner`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Owner {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub address: ::std::option::Option<Address>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub contact: ::std::option::Option<Contact>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub either: ::std::option::Option<OwnerEither>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub loose: ::std::option::Option<Loose>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub nested: ::std::option::Option<::std::vec::Vec<OwnerNestedItem>>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub one: ::std::option::Option<Cat>,
        pub pet: Pet,
        /// The size.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub size: ::std::option::Option<OwnerSize>,
    }
    /// `OwnerEither`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct OwnerEither {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub a: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub b: ::std::option::Option<::std::string::String>,
    }
    /// `OwnerNestedItem`
    #[derive(::serde::Serialize, Clone, Debug)]
    #[serde(untagged)]
    pub enum OwnerNestedItem {
        Boolean(bool),
        String(::std::string::String),
        Array(::std::vec::Vec<i64>),
        /// A value of none of the other variants.
        Other(::serde_json::Value),
    }
    impl<'de> ::serde::Deserialize<'de> for OwnerNestedItem {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            let value = <::serde_json::Value as ::serde::Deserialize>::deserialize(
                deserializer,
            )?;
            match [value.is_boolean(), value.is_string(), value.is_array()] {
                [true, false, false] => {
                    ::std::result::Result::Ok(
                        ::serde_json::from_value::<bool>(value.clone())
                            .map_or(Self::Other(value), Self::Boolean),
                    )
                }
                [false, true, false] => {
                    ::std::result::Result::Ok(
                        ::serde_json::from_value::<::std::string::String>(value.clone())
                            .map_or(Self::Other(value), Self::String),
                    )
                }
                [false, false, true] => {
                    ::std::result::Result::Ok(
                        ::serde_json::from_value::<::std::vec::Vec<i64>>(value.clone())
                            .map_or(Self::Other(value), Self::Array),
                    )
                }
                _ => ::std::result::Result::Ok(Self::Other(value)),
            }
        }
    }
    impl ::std::convert::From<bool> for OwnerNestedItem {
        fn from(value: bool) -> Self {
            Self::Boolean(value)
        }
    }
    impl ::std::convert::From<::std::vec::Vec<i64>> for OwnerNestedItem {
        fn from(value: ::std::vec::Vec<i64>) -> Self {
            Self::Array(value)
        }
    }
    /// The size.
    #[derive(::serde::Serialize, Clone, Debug)]
    #[serde(untagged)]
    pub enum OwnerSize {
        Integer(i64),
        String(::std::string::String),
        /// A value of none of the other variants.
        Other(::serde_json::Value),
    }
    impl<'de> ::serde::Deserialize<'de> for OwnerSize {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            let value = <::serde_json::Value as ::serde::Deserialize>::deserialize(
                deserializer,
            )?;
            match [value.is_i64() || value.is_u64(), value.is_string()] {
                [true, false] => {
                    ::std::result::Result::Ok(
                        ::serde_json::from_value::<i64>(value.clone())
                            .map_or(Self::Other(value), Self::Integer),
                    )
                }
                [false, true] => {
                    ::std::result::Result::Ok(
                        ::serde_json::from_value::<::std::string::String>(value.clone())
                            .map_or(Self::Other(value), Self::String),
                    )
                }
                _ => ::std::result::Result::Ok(Self::Other(value)),
            }
        }
    }
    impl ::std::fmt::Display for OwnerSize {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match self {
                Self::Integer(x) => x.fmt(f),
                Self::String(x) => x.fmt(f),
                Self::Other(x) => x.fmt(f),
            }
        }
    }
    impl ::std::convert::From<i64> for OwnerSize {
        fn from(value: i64) -> Self {
            Self::Integer(value)
        }
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
            match value.get("petType").and_then(::serde_json::Value::as_str) {
                ::std::option::Option::Some("cat" | "kitten") => {
                    ::serde_json::from_value::<Cat>(value)
                        .map(Self::Cat)
                        .map_err(<D::Error as ::serde::de::Error>::custom)
                }
                ::std::option::Option::Some("Dog") => {
                    ::serde_json::from_value::<Dog>(value)
                        .map(Self::Dog)
                        .map_err(<D::Error as ::serde::de::Error>::custom)
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
    /// `ReadShapeResponse`
    #[derive(::serde::Serialize, Clone, Debug)]
    #[serde(untagged)]
    pub enum ReadShapeResponse {
        Cat(Cat),
        String(::std::string::String),
        /// A value of none of the other variants.
        Other(::serde_json::Value),
    }
    impl<'de> ::serde::Deserialize<'de> for ReadShapeResponse {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            let value = <::serde_json::Value as ::serde::Deserialize>::deserialize(
                deserializer,
            )?;
            match [value.is_object(), value.is_string()] {
                [true, false] => {
                    ::std::result::Result::Ok(
                        ::serde_json::from_value::<Cat>(value.clone())
                            .map_or(Self::Other(value), Self::Cat),
                    )
                }
                [false, true] => {
                    ::std::result::Result::Ok(
                        ::serde_json::from_value::<::std::string::String>(value.clone())
                            .map_or(Self::Other(value), Self::String),
                    )
                }
                _ => ::std::result::Result::Ok(Self::Other(value)),
            }
        }
    }
    impl ::std::convert::From<Cat> for ReadShapeResponse {
        fn from(value: Cat) -> Self {
            Self::Cat(value)
        }
    }
}
/// Sends a `GET` request to `/pets`
pub fn read_owner() -> crate::Result<Prepared<types::Owner>> {
    let mut request = RequestBuilder::new(&operations::READ_OWNER);
    request.literal("/pets");
    Ok(request.finish_json())
}
/// Sends a `PUT` request to `/pets`
pub fn read_any<T: ::serde::de::DeserializeOwned>() -> crate::Result<Prepared<T>> {
    let mut request = RequestBuilder::new(&operations::READ_ANY);
    request.literal("/pets");
    Ok(request.finish_json())
}
/// Sends a `POST` request to `/pets`
pub fn read_shape() -> crate::Result<Prepared<types::ReadShapeResponse>> {
    let mut request = RequestBuilder::new(&operations::READ_SHAPE);
    request.literal("/pets");
    Ok(request.finish_json())
}
