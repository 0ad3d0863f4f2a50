using System.Text;
using Netcd.Base.GoSyntax;
using Netcd.CommandLine.Flags;

namespace Netcd.CommandLine.Help;

/// <summary>The help page of a command in the layout of etcd's tools; source: pkg/cobrautl/help.go.</summary>
public static class EtcdPage
{
    public static string Of(Command command, ProgramVersion version)
    {
        var page = new StringBuilder();
        var isRoot = command.Parent is null;
        Section(page, "NAME", $"{(isRoot ? command.Name : NameBelow(command, command.Root))} - {command.Summary}");
        page.Append('\n');
        Section(page, "USAGE", command.UsageLine);
        if (isRoot)
        {
            page.Append('\n');
            Section(page, "VERSION", version.Version);
        }

        if (command.Children.Count > 0)
        {
            page.Append('\n');
            Section(page, "API VERSION", version.ApiVersion);
            page.Append("\n\nCOMMANDS:\n");
            AppendCommands(page, command, command);
        }

        if (command.Description.Length > 0)
        {
            page.Append("\nDESCRIPTION:\n");
            foreach (var line in command.Description.Trim('\n', '\t', ' ').Split('\n'))
            {
                page.Append('\t').Append(line).Append('\n');
            }
        }

        AppendFlags(page, "OPTIONS", command.LocalFlags());
        AppendFlags(page, "GLOBAL OPTIONS", command.InheritedFlags());
        return TabWriter.Align(page.Append('\n').ToString());
    }

    private static void Section(StringBuilder page, string title, string line) =>
        page.Append(title).Append(":\n\t").Append(line).Append('\n');

    private static string NameBelow(Command command, Command start) =>
        command.Parent is null || command.Parent == start
            ? command.Name
            : $"{NameBelow(command.Parent, start)} {command.Name}";

    private static void AppendCommands(StringBuilder page, Command command, Command start)
    {
        foreach (var child in command.Children)
        {
            // Of a group its members are listed; of a command with members it too.
            if (child.Run is not null && !child.IsHidden)
            {
                page.Append('\t').Append(NameBelow(child, start)).Append('\t').Append(child.Summary).Append('\n');
            }

            AppendCommands(page, child, start);
        }
    }

    private static void AppendFlags(StringBuilder page, string title, FlagSet flags)
    {
        if (!flags.Shown.Any())
        {
            return;
        }

        page.Append('\n').Append(title).Append(":\n");
        foreach (var flag in flags.Shown)
        {
            page.Append(flag.Shorthand == '\0' ? "      --" : $"  -{flag.Shorthand}, --").Append(flag.Name);
            var value = flag.Value.TypeName == "string" ? GoText.Quote(flag.DefaultText) : flag.DefaultText;
            page.Append(flag.Value.ImpliedText.Length > 0 ? $"[={value}]" : $"={value}");
            page.Append('\t').Append(flag.Usage).Append('\n');
        }
    }
}
