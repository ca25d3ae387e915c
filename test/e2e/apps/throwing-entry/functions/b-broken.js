"use strict";
throw new Error("the catalogue is missing");
