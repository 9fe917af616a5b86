/** What is loaded beside the page: recording, and the picture of what was recorded. */
export { FlightRecorder } from './FlightRecorder';
export { startRecording } from './recording';
