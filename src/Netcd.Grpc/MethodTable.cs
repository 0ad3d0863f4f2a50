using System.Diagnostics.CodeAnalysis;
using System.Text;
using Netcd.Base.GoSyntax;

namespace Netcd.Grpc;

/// <summary>The methods a server offers, by path. Built once, then read by every connection.</summary>
public sealed class MethodTable
{
    private readonly Dictionary<string, Method> _byPath = new(StringComparer.Ordinal);
    private readonly HashSet<string> _services = new(StringComparer.Ordinal);

    public MethodTable(IEnumerable<Method> methods)
    {
        foreach (var method in methods)
        {
            _byPath.Add(method.Path, method);
            _services.Add(method.Service);
        }
    }

    public IReadOnlyCollection<Method> Methods => _byPath.Values;

    public bool TryGet(string path, [NotNullWhen(true)] out Method? method) => _byPath.TryGetValue(path, out method);

    /// <summary>Finds a method by the bytes of its path without making a string.</summary>
    public bool TryGet(ReadOnlySpan<byte> path, [NotNullWhen(true)] out Method? method)
    {
        const int PathBytesMax = 256;
        method = null;
        if (path.Length > PathBytesMax)
        {
            return false;
        }

        Span<char> text = stackalloc char[PathBytesMax];
        var length = Encoding.Latin1.GetChars(path, text);
        return _byPath.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text[..length], out method);
    }

    /// <summary>The status for a path that names no method, with grpc-go's texts.</summary>
    public Status Unimplemented(string path)
    {
        var slash = path.LastIndexOf('/');
        if (slash <= 0 || path[0] != '/')
        {
            return new Status(StatusCode.Unimplemented, $"malformed method name: {GoText.Quote(path)}");
        }

        var service = path[1..slash];
        var name = path[(slash + 1)..];
        return new Status(
            StatusCode.Unimplemented,
            _services.Contains(service)
                ? $"unknown method {name} for service {service}"
                : $"unknown service {service}");
    }
}
