export function useKeyboard(): void {}
