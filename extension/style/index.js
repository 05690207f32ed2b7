import "@patchbay/style/index.css";
