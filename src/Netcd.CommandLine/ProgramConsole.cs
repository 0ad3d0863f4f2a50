using System.Collections;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Netcd.CommandLine;

/// <summary>
/// The program's three streams and its environment, so that tests can run a command in process. Standard output is
/// buffered: whoever waits for something flushes it first; an error line flushes it too, which keeps their order on a
/// terminal.
/// </summary>
public sealed class ProgramConsole : IDisposable
{
    private const int BufferBytes = 32 * 1024;
    private const int BrokenPipeError = 32;

    private readonly Stream _output;
    private readonly Stream _error;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly Func<string, string> _readSecret;
    private int _buffered;

    public ProgramConsole(
        Stream input,
        Stream output,
        Stream error,
        IReadOnlyDictionary<string, string> environment,
        Func<string, string>? readSecret = null)
    {
        Input = input;
        _output = output;
        _error = error;
        Environment = environment;
        _readSecret = readSecret ?? (_ => throw new ExitException(ExitCodes.Error, "no terminal to ask on"));
    }

    public Stream Input { get; }

    public IReadOnlyDictionary<string, string> Environment { get; }

    public bool IsInputTerminal { get; init; }

    public bool IsErrorTerminal { get; init; }

    /// <summary>The streams of this process.</summary>
    public static ProgramConsole OfProcess()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            environment[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        ProgramConsole? console = null;
        console = new ProgramConsole(
            StandardStreams.IsOpen(0) ? Open(0, FileAccess.Read) : Stream.Null,
            StandardStreams.IsOpen(1) ? OpenShared(1, Console.OpenStandardOutput) : Stream.Null,
            StandardStreams.IsOpen(2) ? OpenShared(2, Console.OpenStandardError) : Stream.Null,
            environment,
            prompt => SecretPrompt.Ask(console, prompt))
        {
            IsInputTerminal = !Console.IsInputRedirected,
            IsErrorTerminal = !Console.IsErrorRedirected,
        };
        return console;
    }

    public void Write(string text)
    {
        var position = 0;
        while (position < text.Length)
        {
            // A surrogate pair is never cut: the piece ends before it.
            var length = Math.Min(text.Length - position, BufferBytes / 4);
            if (position + length < text.Length && char.IsHighSurrogate(text[position + length - 1]))
            {
                length--;
            }

            Write(text.AsSpan(position, length));
            position += length;
        }
    }

    public void WriteLine(string text = "")
    {
        Write(text);
        Write("\n"u8);
    }

    public void WriteLine(ReadOnlySpan<byte> text)
    {
        Write(text);
        Write("\n"u8);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > BufferBytes - _buffered)
        {
            Flush();
        }

        if (bytes.Length > BufferBytes)
        {
            Send(bytes);
            return;
        }

        bytes.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += bytes.Length;
    }

    public void Flush()
    {
        var length = _buffered;
        _buffered = 0;
        if (length > 0)
        {
            Send(_buffer.AsSpan(0, length));
        }
    }

    public void WriteError(string text)
    {
        Flush();
        try
        {
            _error.Write(ArgumentBytes.Bytes(text));
            _error.Flush();
        }
        catch (IOException)
        {
            // Nobody is left to be told.
        }
    }

    public void WriteErrorLine(string text = "") => WriteError(text + "\n");

    /// <summary>Asks for a line that is not shown while it is typed.</summary>
    public string ReadSecret(string prompt) => _readSecret(prompt);

    /// <summary>The rest of the input. One that cannot be read, a directory for example, is empty.</summary>
    public byte[] ReadToEnd()
    {
        using var rest = new MemoryStream();
        try
        {
            Input.CopyTo(rest);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return [];
        }

        return rest.ToArray();
    }

    /// <summary>One line of the input without its end; null at the end of the input.</summary>
    /// <remarks>Reads byte by byte: what follows the line may be another reader's.</remarks>
    public string? ReadLine()
    {
        var line = ReadBytes(out var isTerminated);
        return line.Count == 0 && !isTerminated ? null : ArgumentBytes.Text([.. line]);
    }

    /// <summary>The same, but a line that the input's end cuts off is none.</summary>
    public string? ReadTerminatedLine()
    {
        var line = ReadBytes(out var isTerminated);
        return isTerminated ? ArgumentBytes.Text([.. line]) : null;
    }

    public void Dispose()
    {
        Input.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    // Not the framework's console streams: those set the terminal up for themselves, and take it for success when
    // nobody reads what they write.
    // A file is the exception: a redirection is shared by several programs, and only the console streams move the
    // position that they share; a file stream writes at positions of its own.
    private static Stream OpenShared(int descriptor, Func<Stream> console)
    {
        var stream = Open(descriptor, FileAccess.Write);
        return stream.CanSeek ? console() : stream;
    }

    private static FileStream Open(int descriptor, FileAccess access) =>
        new(new SafeFileHandle(descriptor, ownsHandle: false), access, bufferSize: 0);

    private List<byte> ReadBytes(out bool isTerminated)
    {
        var line = new List<byte>();
        while (true)
        {
            var next = ReadByte();
            isTerminated = next == '\n';
            if (next is < 0 or '\n')
            {
                return line;
            }

            line.Add((byte)next);
        }
    }

    private int ReadByte()
    {
        try
        {
            return Input.ReadByte();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return -1;
        }
    }

    private void Write(ReadOnlySpan<char> text)
    {
        if (ArgumentBytes.MayHoldBytes(text))
        {
            Write(ArgumentBytes.Bytes(text.ToString()));
            return;
        }

        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (most > BufferBytes - _buffered)
        {
            Flush();
        }

        _buffered += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_buffered));
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _output.Write(bytes);
            _output.Flush();
        }
        catch (IOException problem) when ((problem.HResult & 0xffff) == BrokenPipeError)
        {
            throw new BrokenPipeException(problem);
        }
        catch (IOException problem)
        {
            throw new ExitException(ExitCodes.Io, $"write /dev/stdout: {problem.Message}");
        }
    }
}
