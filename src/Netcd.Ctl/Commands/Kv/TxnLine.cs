using Netcd.Client;
using Netcd.CommandLine;
using Netcd.CommandLine.Flags;
using Netcd.CommandLine.Help;
using Netcd.Ctl.Session;
using Netcd.Proto.EtcdServer;

namespace Netcd.Ctl.Commands.Kv;

/// <summary>An operation of a transaction: a put, get or del with the command's own flags.</summary>
internal static class TxnLine
{
    public static RequestOp Parse(string line, Invocation outer)
    {
        var words = ShellWords.Split(line);
        if (words.Count < 2)
        {
            throw new ExitException(ExitCodes.InvalidInput, $"invalid txn compare request: {line}");
        }

        // Flags keep no value from the line before: each line has commands of its own.
        var commands = new[] { PutCommand.Create(), GetCommand.Create(), DelCommand.Create() };
        var command = Array.Find(commands, one => one.Name.StartsWith(words[0], StringComparison.Ordinal))
            ?? throw Invalid(line);
        command.Flags.Bool("help", false, $"help for {command.Name}", 'h');
        _ = new Command("", "").Add(command);
        var invocation = Read(command, words[1..], outer, line);
        if (invocation.Bool("help"))
        {
            throw Invalid(line, command, outer);
        }

        switch (command.Name)
        {
            case "put":
                // Whoever types can give the value in lines of its own; a script's next lines are the transaction's.
                var put = PutCommand.Read(invocation, mayReadInput: outer.Console.IsInputTerminal);
                return Op.Put(put.Key, put.Value, put.Options);
            case "get":
                var get = GetCommand.Read(invocation);
                return Op.Get(get.Key, get.Options);
            default:
                var delete = DelCommand.Read(invocation);
                return Op.Delete(delete.Key, delete.Options);
        }
    }

    private static Invocation Read(Command command, List<string> words, Invocation outer, string line)
    {
        try
        {
            var arguments = FlagParser.Parse(words, command.Flags, out var beforeDashes);
            return new Invocation
            {
                Command = command,
                CalledAs = command.Name,
                Arguments = arguments,
                ArgumentsBeforeDashes = beforeDashes,
                Flags = command.Flags,
                Console = outer.Console,
            };
        }
        catch (FlagException)
        {
            throw Invalid(line, command, outer);
        }
    }

    private static ExitException Invalid(string line, Command command, Invocation outer)
    {
        outer.Console.WriteErrorLine(CobraPage.Of(command));
        return Invalid(line);
    }

    private static ExitException Invalid(string line) =>
        new(ExitCodes.InvalidInput, $"invalid txn request: {line}");
}
