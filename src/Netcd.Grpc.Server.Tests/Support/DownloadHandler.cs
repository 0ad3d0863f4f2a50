using System.Globalization;
using System.Text;
using Netcd.Base.Buffers;

namespace Netcd.Grpc.Server.Tests.Support;

/// <summary>Sends messages that share one body as long as they are taken, then waits for OnWritable.</summary>
public sealed class DownloadHandler : IStreamHandler
{
    private int _refusals;
    private int _sent;

    public int Refusals => Volatile.Read(ref _refusals);

    public int Sent => Volatile.Read(ref _sent);

    public IStreamCall Open(in CallHead head, StreamOut output) => new Call(this, output);

    private sealed class Call(DownloadHandler handler, StreamOut output) : IStreamCall
    {
        private SharedBytes? _body;
        private int _left;

        public void OnMessage(ReadOnlySpan<byte> message)
        {
            var words = Encoding.UTF8.GetString(message).Split(' ');
            _left = int.Parse(words[0], CultureInfo.InvariantCulture);
            _body = SharedBytes.CopyOf(new byte[int.Parse(words[1], CultureInfo.InvariantCulture)]);
            OnWritable();
        }

        public void OnHalfClose()
        {
            // The request is complete; messages go on.
        }

        public void OnWritable()
        {
            Span<byte> head = stackalloc byte[4];
            while (_left > 0)
            {
                BitConverter.TryWriteBytes(head, _left);
                if (!output.TryWrite(head, _body?.AddReference()))
                {
                    Interlocked.Increment(ref handler._refusals);
                    return;
                }

                Interlocked.Increment(ref handler._sent);
                _left--;
            }

            output.Finish(Status.OK);
        }

        public void OnClosed(StreamCloseReason reason) => _body?.Release();
    }
}
