using System.Text;
using Cim.Compiler.Ir;
using Cim.Compiler.Precision;

namespace Cim.Compiler.Pipeline;

/// <summary>Writes the network after each stage as text, beside what the passes of the import wrote: precisions, then the graph.</summary>
/// <param name="directory">The folder; <c>stage-NN-Name.txt</c> of an earlier run are removed from it.</param>
internal sealed class StageDump(string directory)
{
    private readonly DumpFolder _folder = new(directory, "stage-", 1);

    /// <summary>Writes <c>stage-NN-Name.txt</c>.</summary>
    /// <exception cref="Cim.Runtime.CimException">CIM0008: it cannot be written.</exception>
    public void Write(string stage, CompileState state)
    {
        var text = new StringBuilder();
        foreach (LayerPrecision layer in (state.Mapped?.Policy ?? state.Policy)?.Layers ?? []) text.Append(layer).Append('\n');
        if (state.Graphs is [.., var graph]) text.Append(GraphText.Write(graph));
        _folder.Write(stage, text.ToString());
    }
}
