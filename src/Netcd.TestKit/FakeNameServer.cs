using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Netcd.TestKit;

/// <summary>
/// A name server on loopback that knows SRV records, over UDP and TCP on one port. Over UDP it can cut every answer
/// short, so that the asker has to come back over TCP.
/// </summary>
public sealed class FakeNameServer : IAsyncDisposable
{
    private const int UsualPort = 53;

    private readonly UdpClient _udp;
    private readonly TcpListener _tcp;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _loops;

    /// <param name="address">Where name servers are expected, at their usual port; null for a free port.</param>
    public FakeNameServer(IPAddress? address = null)
    {
        (_udp, _tcp) = address is null ? ListenOnOnePort() : ListenOn(new IPEndPoint(address, UsualPort));
        EndPoint = (IPEndPoint)_tcp.LocalEndpoint;
        _loops = [ServeUdpAsync(), ServeTcpAsync()];
    }

    public IPEndPoint EndPoint { get; }

    public bool IsTruncating { get; set; }

    public int TcpQuestions { get; private set; }

    /// <summary>Priority, weight, port and target by name, without last dots.</summary>
    public Dictionary<string, (ushort Priority, ushort Weight, ushort Port, string Target)[]> Records { get; } =
        new(StringComparer.OrdinalIgnoreCase);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _udp.Dispose();
        _tcp.Dispose();
        foreach (var loop in _loops)
        {
            await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _stop.Dispose();
    }

    private static (UdpClient Udp, TcpListener Tcp) ListenOn(IPEndPoint place)
    {
        var tcp = new TcpListener(place);
        tcp.Start();
        return (new UdpClient(place), tcp);
    }

    // A port free for one protocol may be taken for the other: then the next one is tried.
    private static (UdpClient Udp, TcpListener Tcp) ListenOnOnePort()
    {
        while (true)
        {
            var tcp = new TcpListener(IPAddress.Loopback, 0);
            tcp.Start();
            try
            {
                return (new UdpClient((IPEndPoint)tcp.LocalEndpoint), tcp);
            }
            catch (SocketException problem) when (problem.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                tcp.Dispose();
            }
        }
    }

    private async Task ServeUdpAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var question = await _udp.ReceiveAsync(_stop.Token);
            await _udp.SendAsync(Answer(question.Buffer, IsTruncating), question.RemoteEndPoint, _stop.Token);
        }
    }

    private async Task ServeTcpAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            using var client = await _tcp.AcceptTcpClientAsync(_stop.Token);
            var stream = client.GetStream();
            var length = new byte[2];
            await stream.ReadExactlyAsync(length, _stop.Token);
            var question = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
            await stream.ReadExactlyAsync(question, _stop.Token);
            TcpQuestions++;
            var answer = Answer(question, isTruncated: false);
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)answer.Length);
            await stream.WriteAsync(length.Concat(answer).ToArray(), _stop.Token);
        }
    }

    private byte[] Answer(byte[] question, bool isTruncated)
    {
        var position = 12;
        var labels = new List<string>();
        while (question[position] != 0)
        {
            labels.Add(Encoding.ASCII.GetString(question, position + 1, question[position]));
            position += question[position] + 1;
        }

        var end = position + 5;
        var records = Records.GetValueOrDefault(string.Join('.', labels), []);
        var answer = new MemoryStream();
        answer.Write(question.AsSpan(0, 2));

        // Answer, recursion available; truncated, or no such name.
        answer.WriteByte((byte)(isTruncated ? 0x87 : 0x85));
        answer.WriteByte((byte)(records.Length == 0 ? 0x83 : 0x80));
        Write16(answer, 1);
        Write16(answer, isTruncated ? 0 : records.Length);
        Write16(answer, 0);
        Write16(answer, 0);
        answer.Write(question.AsSpan(12, end - 12));
        foreach (var (priority, weight, port, target) in isTruncated ? [] : records)
        {
            // Name as in the question, type SRV, class IN, 60 s.
            answer.Write([0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 60]);
            var name = NameOf(target);
            Write16(answer, 6 + name.Length);
            Write16(answer, priority);
            Write16(answer, weight);
            Write16(answer, port);
            answer.Write(name);
        }

        return answer.ToArray();
    }

    private static byte[] NameOf(string name)
    {
        var bytes = new MemoryStream();
        foreach (var label in name.Split('.'))
        {
            bytes.WriteByte((byte)label.Length);
            bytes.Write(Encoding.ASCII.GetBytes(label));
        }

        bytes.WriteByte(0);
        return bytes.ToArray();
    }

    private static void Write16(MemoryStream to, int number)
    {
        to.WriteByte((byte)(number >> 8));
        to.WriteByte((byte)number);
    }
}
