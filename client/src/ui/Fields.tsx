import type { JSX } from "solid-js";
import { FormProblem } from "./FormProblem.tsx";
import type { Form } from "./form.ts";

/** A form: its fields, below what is wrong with the whole of it. */
export function Fields(props: { readonly form: Form; readonly children: JSX.Element }) {
  return (
    <form class="form" onSubmit={(event) => props.form.onSubmit(event)} novalidate>
      <FormProblem text={props.form.problem("")} />
      {props.children}
    </form>
  );
}
