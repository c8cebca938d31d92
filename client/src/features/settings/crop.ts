/** A picture by its size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The square of a picture that is kept: where its centre is, and how much larger than needed the picture is shown. */
export interface Crop {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export const zoomMax = 5;

/** The largest square in the middle. */
export const firstCrop = ({ width, height }: Size): Crop => ({ x: width / 2, y: height / 2, zoom: 1 });

/** The side of the kept square, in pixels of the picture. */
export const sideOf = ({ width, height }: Size, { zoom }: Crop): number => Math.min(width, height) / zoom;

/** The nearest square that lies within the picture. */
export function withinPicture(picture: Size, crop: Crop): Crop {
  const zoom = clamp(crop.zoom, 1, zoomMax);
  const half = sideOf(picture, { ...crop, zoom }) / 2;
  return {
    zoom,
    x: clamp(crop.x, half, picture.width - half),
    y: clamp(crop.y, half, picture.height - half),
  };
}

/** The picture was pushed by parts of the square's side: what is kept goes the other way. */
export function pushed(picture: Size, crop: Crop, right: number, down: number): Crop {
  const side = sideOf(picture, crop);
  return withinPicture(picture, { ...crop, x: crop.x - right * side, y: crop.y - down * side });
}

const clamp = (value: number, min: number, max: number): number => Math.max(min, Math.min(value, max));
