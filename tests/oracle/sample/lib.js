export default function first() {}
export function second() {}
