import { createTsPatchHost } from "../../../compiler/src/hosts/ts-patch/host.ts";
import { compile } from "./compile.ts";

export default createTsPatchHost({ compile });
