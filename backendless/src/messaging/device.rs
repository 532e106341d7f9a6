//! Devices that are registered for push notifications.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Messaging;
use crate::generated::raw;
use crate::request::Request;
use crate::timestamp::Timestamp;

/// Device that receives push notifications, and the channels that it is registered with.
///
/// ```
/// use backendless::Device;
///
/// let device = Device::ios("device-1", "token-of-the-push-service").os_version("18").channel("news");
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[must_use = "a device is registered with `register_device`"]
pub struct Device {
    device_id: String,
    #[serde(default)]
    device_token: String,
    #[serde(default)]
    os: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    os_version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    channels: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expiration: Option<i64>,
}

/// Response to a registration.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Registered {
    registration_id: Option<String>,
}

impl Device {
    /// Creates a device with iOS from its id and the token of Apple's push service.
    ///
    /// ```
    /// let device = backendless::Device::ios("device-1", "token");
    /// ```
    pub fn ios(id: impl Into<String>, token: impl Into<String>) -> Self {
        Self::new(id, token, "IOS")
    }

    /// Creates a device with Android from its id and the token of Google's push service.
    ///
    /// ```
    /// let device = backendless::Device::android("device-1", "token");
    /// ```
    pub fn android(id: impl Into<String>, token: impl Into<String>) -> Self {
        Self::new(id, token, "ANDROID")
    }

    fn new(id: impl Into<String>, token: impl Into<String>, os: &str) -> Self {
        Self {
            device_id: id.into(),
            device_token: token.into(),
            os: os.to_owned(),
            os_version: None,
            channels: None,
            expiration: None,
        }
    }

    /// Sets the version of the operating system.
    ///
    /// ```
    /// let device = backendless::Device::android("device-1", "token").os_version("15");
    /// ```
    pub fn os_version(mut self, version: impl Into<String>) -> Self {
        self.os_version = Some(version.into());
        self
    }

    /// Adds a channel, whose notifications the device receives. Without a channel, it is registered with `default`.
    ///
    /// ```
    /// let device = backendless::Device::android("device-1", "token").channel("news").channel("sport");
    /// ```
    pub fn channel(mut self, name: impl Into<String>) -> Self {
        self.channels.get_or_insert_default().push(name.into());
        self
    }

    /// Sets the end of the registration: a `SystemTime` or a [`Timestamp`]. By default the service decides.
    ///
    /// It is sent in seconds since 1970, as the official JavaScript SDK does, and rounded up.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// let in_a_year = SystemTime::now() + Duration::from_secs(365 * 24 * 3600);
    /// let device = backendless::Device::android("device-1", "token").expiration(in_a_year);
    /// ```
    pub fn expiration(mut self, time: impl Into<Timestamp>) -> Self {
        let millis = time.into().as_millis();
        self.expiration = Some(millis.div_euclid(1000) + i64::from(millis.rem_euclid(1000) > 0));
        self
    }

    /// Returns the id of the device.
    ///
    /// ```
    /// assert_eq!(backendless::Device::ios("device-1", "token").id(), "device-1");
    /// ```
    #[must_use]
    pub fn id(&self) -> &str {
        &self.device_id
    }

    /// Returns the token of the push service. Whoever knows it may send notifications to the device.
    ///
    /// ```
    /// assert_eq!(backendless::Device::ios("device-1", "token").token(), "token");
    /// ```
    #[must_use]
    pub fn token(&self) -> &str {
        &self.device_token
    }

    /// Returns the operating system: `IOS`, `ANDROID`, or another name that the service returns.
    ///
    /// ```
    /// assert_eq!(backendless::Device::android("device-1", "token").os(), "ANDROID");
    /// ```
    #[must_use]
    pub fn os(&self) -> &str {
        &self.os
    }

    /// Returns the channels of the device; none before it is registered, unless they were added.
    ///
    /// ```
    /// assert_eq!(backendless::Device::ios("device-1", "token").channel("news").channels(), ["news"]);
    /// ```
    #[must_use]
    pub fn channels(&self) -> &[String] {
        self.channels.as_deref().unwrap_or_default()
    }
}

impl Messaging {
    /// Registers a device for push notifications, and returns the id of the registration, if the service sends it.
    ///
    /// The request is not idempotent: what a second registration of a device does is not documented.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/push_device_registration.html)).
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::Device;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let messaging = client.messaging();
    /// messaging.register_device(Device::ios("device-1", "token").channel("news")).await?;
    /// assert_eq!(messaging.device("device-1").await?.channels(), ["news"]);
    /// # });
    /// ```
    pub fn register_device(&self, device: Device) -> Request<Option<String>> {
        let request = raw::register_device::<_, Option<Registered>>(&device);
        Request::map(&self.client, request, |registered| {
            registered.unwrap_or_default().registration_id
        })
    }

    /// Returns the registration of a device.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/push_retrieve_device_registration.html)).
    ///
    /// # Errors
    ///
    /// - An error with code 5001 if the device is not registered.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the id cannot be a path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let messaging = client.messaging();
    /// messaging.register_device(backendless::Device::ios("device-1", "token")).await?;
    /// assert_eq!(messaging.device("device-1").await?.os(), "IOS");
    /// # });
    /// ```
    pub fn device(&self, id: impl Into<String>) -> Request<Device> {
        Request::new(&self.client, raw::get_device_registration(&id.into()))
    }

    /// Cancels the registration of a device.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/push_cancel_device_registration.html)).
    ///
    /// # Errors
    ///
    /// - An error with code 5001 if the device is not registered.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the id cannot be a path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let messaging = client.messaging();
    /// messaging.register_device(backendless::Device::ios("device-1", "token")).await?;
    /// messaging.unregister_device("device-1").await?;
    /// assert!(messaging.device("device-1").await.is_err());
    /// # });
    /// ```
    pub fn unregister_device(&self, id: impl Into<String>) -> Request<()> {
        Request::new(&self.client, raw::delete_device_registration(&id.into()))
    }
}

/// Omits the ids and the token.
impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device")
            .field("os", &self.os)
            .finish_non_exhaustive()
    }
}
