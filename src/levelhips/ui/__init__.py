"""Desktop window (Qt): its pages poll a running session sixty times a second; the session never calls them."""
