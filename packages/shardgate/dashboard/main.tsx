import './dashboard.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { follow } from './live/connection.ts';

const place = document.getElementById('dashboard');
if (!place) throw new Error('the page has no #dashboard');
render(<App />, place);
void follow();
