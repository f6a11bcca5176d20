using System.Globalization;
using System.Text;
using Cim.Compiler.Ir;
using Cim.Compiler.Precision;
using Cim.Runtime.Diagnostics;

namespace Cim.Compiler.Pipeline;

/// <summary>Writes the network after each stage as text, beside what the passes of the import wrote: precisions, then the graph.</summary>
/// <param name="directory">The folder.</param>
internal sealed class StageDump(string directory)
{
    private int _stage;

    /// <summary>Writes <c>stage-NN-Name.txt</c>.</summary>
    /// <exception cref="CimException">CIM0008: it cannot be written.</exception>
    public void Write(string stage, CompileState state)
    {
        var text = new StringBuilder();
        foreach (LayerPrecision layer in (state.Mapped?.Policy ?? state.Policy)?.Layers ?? []) text.Append(layer).Append('\n');
        if (state.Graphs is [.., var graph]) text.Append(GraphText.Write(graph));
        string path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"stage-{++_stage:00}-{stage}.txt"));
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
