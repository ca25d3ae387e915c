#!/usr/bin/env node
"use strict";
require("../dist/func-shim/func.js");
