"""From a page to a draft: title, lead, body and instant out of the HTML an outlet serves."""
