//! A handwritten layer, to find callers in: it is read, and never compiled.

pub struct Shop;

impl Shop {
    /// Called as `raw.remove_item(..)`, says this comment, which is no call.
    pub fn remove(&self, id: u32) -> Request<'static, ()> {
        Request::new(move |raw| async move { finish(raw.remove_item(id).await) })
    }

    pub fn items(&self) -> Items {
        Items::new()
    }

    pub fn log_in(&self) -> Request<'static, Session> {
        Request::new(move |raw| async move { self.session(&raw).await })
    }

    async fn session(&self, raw: &raw::Client) -> Session {
        raw.log_in().await
    }

    pub fn price(&self) -> Request<'static, Price> {
        Request::new(|raw| async move {
            raw.clone()
                .inner();
            raw
                .get_price(7)
                .await
        })
    }
}

impl Items {
    fn new() -> Self {
        Self
    }

    pub fn first(self) -> Request<'static, Item> {
        Request::new(|raw| async move { self.page(raw).await })
    }

    fn call(self) -> CallFuture<'static, Vec<Item>> {
        Request::new(|raw| async move { self.page(raw).await }).call()
    }

    async fn page(&self, raw: raw::Client) -> Vec<Item> {
        raw.list_items(None, Some(5)).await
    }
}

#[cfg(test)]
mod tests {
    fn a_test_is_no_caller(raw: raw::Client) {
        raw.remove_item(1);
    }
}
