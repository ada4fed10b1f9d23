// What a program that uses Fingerpost may import: a server as a value, and the route as a function.
export { type App, type AppOptions, createApp } from './app.ts';
export { FingerpostError } from './base/errors.ts';
export { loadSettings, parseSettings } from './config/load.ts';
export type { Settings } from './config/settings.ts';
export type { Question } from './routing/question.ts';
export { type Route, route } from './routing/route.ts';
