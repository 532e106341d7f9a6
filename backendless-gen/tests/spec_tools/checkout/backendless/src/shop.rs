//! A handwritten layer to find callers in. It is parsed, and never compiled.

pub struct Shop;

pub type Items = Request<Vec<Item>, ItemsParameters>;

impl Shop {
    /// The call `raw::remove_item(..)` in this comment is not one.
    pub fn remove(&self, id: u32) -> Request<()> {
        Request::new(&self.client, raw::remove_item(id))
    }

    pub fn items(&self) -> Items {
        Request::with_parameters(&self.client, ItemsParameters::default())
    }

    pub fn log_in(&self) -> Request<Session> {
        self.session()
    }

    fn session(&self) -> Request<Session> {
        Request::new(&self.client, crate::generated::raw::log_in::<Session>())
    }

    pub fn price(&self) -> Request<Price> {
        let id = Some(7);
        Request::new(
            &self.client,
            id.map_or_else(
                raw::get_price,
                raw::get_price_of::<Price>,
            ),
        )
    }
}

impl Items {
    pub fn sorted(mut self) -> Self {
        self.parameters.sorted = true;
        self
    }

    pub fn first(self) -> Request<Item> {
        let page = page(&self.parameters);
        Request::map(&self.client, page, first)
    }
}

impl Sendable<Vec<Item>> for ItemsParameters {
    fn send(request: Request<Vec<Item>, Self>) -> RequestFuture<Vec<Item>> {
        let (client, parameters, settings) = request.into_parts();
        Request::new(&client, page(&parameters)).into_future()
    }
}

fn page(parameters: &ItemsParameters) -> Prepared<Vec<Item>> {
    raw::list_items(None, parameters.size)
}

#[cfg(test)]
mod tests {
    fn a_test_does_not_count(client: &Client) {
        raw::remove_item(1);
    }
}
