using System.Text;
using Netcd.CommandLine;

namespace Netcd.Utl.Output;

/// <summary>The console's standard output as a text writer.</summary>
internal sealed class ConsoleWriter(ProgramConsole console) : TextWriter
{
    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => console.Write(value.ToString());

    public override void Write(string? value) => console.Write(value ?? string.Empty);

    public override void WriteLine(string? value) => console.WriteLine(value ?? string.Empty);
}
