using Cim.Runtime;

namespace Cim.Cli.Commands;

/// <summary>Reads a compiled model for <c>cim inspect</c>.</summary>
internal static class CompiledModelInspector
{
    public static ModelInspection Inspect(string path) =>
        throw new CimException(ErrorCodes.InvalidCompiledModel, "Compiled models cannot be inspected yet.") { File = path };
}
