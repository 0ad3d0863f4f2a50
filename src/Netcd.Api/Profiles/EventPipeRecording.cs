using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Netcd.Api.Profiles;

/// <summary>
/// A recording of this process's runtime events in the format of <c>.nettrace</c> files, asked for over the runtime's
/// own diagnostics socket as dotnet-trace does (dotnet/diagnostics, documentation/design-docs/ipc-protocol.md).
/// </summary>
/// <remarks>
/// <code>
/// header  "DOTNET_IPC_V1\0" (14) | size of all (2) | command set (1) | command (1) | 0 (2)
/// start   set 2, command 3:  buffer MiB (4) | format 1 (4) | rundown (1) | providers (4)
///                            { keywords (8) | level (4) | name | filter }, texts: UTF-16 with count and end
/// answer  set 255, command 0: session (8), then the file's bytes; command 255 is an error
/// stop    set 2, command 1:  session (8), on a connection of its own
/// </code>
/// </remarks>
internal sealed class EventPipeRecording : IDisposable
{
    private const int HeaderBytes = 20;
    private const byte EventPipeSet = 2;
    private const byte StopCommand = 1;
    private const byte StartCommand = 3;
    private const byte AnswerSet = 0xFF;
    private const int BufferMebibytes = 64;

    private static readonly byte[] Magic = "DOTNET_IPC_V1\0"u8.ToArray();

    private readonly string _path;
    private readonly Socket _socket;

    private EventPipeRecording(string path, Socket socket)
    {
        _path = path;
        _socket = socket;
    }

    private ulong Session { get; set; }

    /// <summary>Begins to record.</summary>
    /// <exception cref="IOException">The runtime has no socket, or refuses.</exception>
    public static async Task<EventPipeRecording> StartAsync(
        IReadOnlyList<EventProvider> providers, CancellationToken cancellation)
    {
        var recording = await ConnectToRuntimeAsync(cancellation);
        try
        {
            await recording._socket.SendAsync(Message(StartCommand, StartPayload(providers)), cancellation);
            recording.Session = await ReadAnswerAsync(recording._socket, cancellation);
            return recording;
        }
        catch
        {
            recording.Dispose();
            throw;
        }
    }

    /// <summary>The next bytes of the file; 0 at its end, which comes after <see cref="StopAsync"/>.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation) =>
        _socket.ReceiveAsync(buffer, cancellation);

    /// <summary>Ends the recording; what is left of the file follows.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        using var socket = await ConnectAsync(_path, cancellation);
        var session = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(session, Session);
        await socket.SendAsync(Message(StopCommand, session), cancellation);
        await ReadAnswerAsync(socket, cancellation);
    }

    public void Dispose() => _socket.Dispose();

    // Killed processes leave their sockets behind, also those that had this process's id (in a container always the
    // same one): only ours is answered.
    private static async Task<EventPipeRecording> ConnectToRuntimeAsync(CancellationToken cancellation)
    {
        var directory = Environment.GetEnvironmentVariable("TMPDIR") is { Length: > 0 } given ? given : "/tmp";
        var name = $"dotnet-diagnostic-{Environment.ProcessId}-*-socket";
        IOException? refused = null;
        foreach (var path in Directory.EnumerateFiles(directory, name))
        {
            try
            {
                return new EventPipeRecording(path, await ConnectAsync(path, cancellation));
            }
            catch (IOException problem)
            {
                refused = problem;
            }
        }

        throw refused ?? new IOException($"the runtime has no diagnostics socket in {directory}");
    }

    private static async Task<Socket> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return socket;
        }
        catch (SocketException problem)
        {
            socket.Dispose();
            throw new IOException(problem.Message, problem);
        }
    }

    private static byte[] Message(byte command, byte[] payload)
    {
        var message = new byte[HeaderBytes + payload.Length];
        Magic.CopyTo(message, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(14), checked((ushort)message.Length));
        message[16] = EventPipeSet;
        message[17] = command;
        payload.CopyTo(message, HeaderBytes);
        return message;
    }

    private static byte[] StartPayload(IReadOnlyList<EventProvider> providers)
    {
        using var payload = new MemoryStream();
        using var writer = new BinaryWriter(payload);
        writer.Write(BufferMebibytes);
        writer.Write(1);
        writer.Write(true);
        writer.Write(providers.Count);
        foreach (var provider in providers)
        {
            writer.Write(provider.Keywords);
            writer.Write(provider.Level);
            writer.Write(provider.Name.Length + 1);
            writer.Write(Encoding.Unicode.GetBytes(provider.Name + "\0"));
            writer.Write(0);
        }

        writer.Flush();
        return payload.ToArray();
    }

    private static async Task<ulong> ReadAnswerAsync(Socket socket, CancellationToken cancellation)
    {
        var answer = new byte[HeaderBytes + 8];
        await ReadExactlyAsync(socket, answer.AsMemory(0, HeaderBytes), cancellation);
        if (answer[16] != AnswerSet || answer[17] != 0)
        {
            throw new IOException("the runtime refuses to record");
        }

        await ReadExactlyAsync(socket, answer.AsMemory(HeaderBytes), cancellation);
        return BinaryPrimitives.ReadUInt64LittleEndian(answer.AsSpan(HeaderBytes));
    }

    private static async Task ReadExactlyAsync(Socket socket, Memory<byte> buffer, CancellationToken cancellation)
    {
        while (!buffer.IsEmpty)
        {
            var read = await socket.ReceiveAsync(buffer, cancellation);
            if (read == 0)
            {
                throw new IOException("the runtime closed the diagnostics socket");
            }

            buffer = buffer[read..];
        }
    }
}
