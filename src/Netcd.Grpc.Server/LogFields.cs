using System.Collections;

namespace Netcd.Grpc.Server;

/// <summary>
/// The state of a log line whose field names are etcd's and no C# identifiers; the message is apart from them.
/// </summary>
internal sealed class LogFields(string message, KeyValuePair<string, object?>[] fields)
    : IReadOnlyList<KeyValuePair<string, object?>>
{
    public string Message { get; } = message;

    public int Count => fields.Length;

    public KeyValuePair<string, object?> this[int index] => fields[index];

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() =>
        ((IEnumerable<KeyValuePair<string, object?>>)fields).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => Message;
}
