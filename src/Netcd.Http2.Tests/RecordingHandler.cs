using System.Text;

namespace Netcd.Http2.Tests;

/// <summary>Writes down its calls, and answers complete requests by the mode set.</summary>
internal sealed class RecordingHandler : IHttp2Handler
{
    public List<string> Calls { get; } = [];

    public List<string> Resolved { get; } = [];

    public Dictionary<int, Http2Stream> Open { get; } = [];

    /// <summary>What to do when a request is complete; nothing by default.</summary>
    public Action<Http2Stream>? Answer { get; set; }

    /// <summary>What to do at once with a request; nothing by default.</summary>
    public Action<Http2Stream>? Begun { get; set; }

    /// <summary>Whether DATA counts as consumed.</summary>
    public bool Consumes { get; set; } = true;

    public long DataBytes { get; private set; }

    public object? ResolvePath(ReadOnlySpan<byte> path)
    {
        var text = Encoding.ASCII.GetString(path);
        Resolved.Add(text);
        return text;
    }

    public void OnRequest(Http2Stream stream, Http2Headers headers, bool endStream)
    {
        Assert.Null(stream.State);
        stream.State = this;
        Open.Add(stream.Id, stream);
        Calls.Add($"request {stream.Id} {Text(headers)}{End(endStream)}");
        Begun?.Invoke(stream);
        AnswerIf(stream, endStream);
    }

    public int OnData(Http2Stream stream, ReadOnlySpan<byte> data, bool endStream)
    {
        Assert.Same(Open[stream.Id], stream);
        DataBytes += data.Length;
        Calls.Add($"data {stream.Id} {data.Length}{End(endStream)}");
        AnswerIf(stream, endStream);
        return Consumes ? data.Length : 0;
    }

    public void OnTrailers(Http2Stream stream, Http2Headers trailers)
    {
        Assert.Same(Open[stream.Id], stream);
        Calls.Add($"trailers {stream.Id} {Text(trailers)}");
        AnswerIf(stream, true);
    }

    public void OnClosed(Http2Stream stream, StreamEnd end, Http2ErrorCode code)
    {
        Assert.True(Open.Remove(stream.Id));
        Calls.Add($"closed {stream.Id} {end} {code}");
    }

    public void OnSendQueueDrained() => Calls.Add("drained");

    private void AnswerIf(Http2Stream stream, bool endStream)
    {
        if (endStream)
        {
            Answer?.Invoke(stream);
        }
    }

    private static string End(bool endStream) => endStream ? " end" : "";

    private static string Text(Http2Headers headers)
    {
        var text = new StringBuilder();
        if (headers.Method.Length > 0)
        {
            text.Append(Encoding.ASCII.GetString(headers.Method)).Append(' ');
            text.Append(headers.ResolvedPath);
        }

        for (var i = 0; i < headers.Count; i++)
        {
            text.Append(' ').Append(Encoding.ASCII.GetString(headers.Name(i)));
            text.Append('=').Append(Encoding.ASCII.GetString(headers.Value(i)));
        }

        return text.ToString();
    }
}
