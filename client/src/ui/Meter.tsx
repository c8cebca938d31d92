import "./meter.css";

/** How much of something that ends is taken. When nearly all is, the bar changes its colour: say so in words beside it. */
export function Meter(props: {
  readonly label: string;
  readonly value: number;
  readonly max: number;
  /** The same in words. */
  readonly text: string;
}) {
  return (
    <meter
      class="meter"
      aria-label={props.label}
      aria-valuetext={props.text}
      min="0"
      max={props.max}
      high={0.9 * props.max}
      optimum="0"
      value={props.value}
    />
  );
}
