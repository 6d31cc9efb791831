// Where a session has ended, the searches and places of its user are forgotten. Nothing unsent is kept there.
"use strict";

sessionStorage.clear();
