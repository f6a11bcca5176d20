using Cim.Runtime.Format;

namespace Cim.Runtime;

// Beside CimModel, and not with the other members: the description itself knows nothing of files.
public sealed partial record ModelInfo
{
    /// <summary>Reads the description of a compiled model and nothing else.</summary>
    /// <param name="stream">A <c>.cim</c> from its beginning.</param>
    /// <exception cref="CimException">CIM4001: this is no compiled model, it is damaged, or of another format version.</exception>
    public static ModelInfo Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return ModelReader.ReadInfo(stream);
    }
}
