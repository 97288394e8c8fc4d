// onvif_client.mjs PORT USER PASSWORD: the npm package `onvif`, a client that is not ours, looks at a camera: prints what
// the camera says of itself, then each event, a line of JSON each. Ends when its input ends.
import onvif from 'onvif';

const [port, username, password] = process.argv.slice(2);
const tell = (line) => console.log(JSON.stringify(line));
const camera = new onvif.Cam({ hostname: '127.0.0.1', port: Number(port), username, password, timeout: 10000 }, (error) => {
  if (error) {
    tell({ error: String(error) });
    process.exit(1);
  }
  camera.getDeviceInformation((fault, info) => tell({ model: info?.model, fault: fault && String(fault) }));
  camera.getStreamUri({ protocol: 'RTSP' }, (fault, answer) => tell({ uri: answer?.uri, fault: fault && String(fault) }));
  camera.on('event', ({ topic, message }) =>
    tell({ topic: topic._, value: message.message.data.simpleItem.$.Value, operation: message.message.$.PropertyOperation }),
  );
  camera.on('eventsError', (fault) => tell({ events: String(fault) }));
});
process.stdin.on('end', () => process.exit(0)).resume();
