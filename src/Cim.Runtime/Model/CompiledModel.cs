using Cim.Runtime.Hardware;
using Cim.Runtime.Program;

namespace Cim.Runtime.Model;

/// <summary>Everything a <c>.cim</c> holds.</summary>
internal sealed record CompiledModel(ModelInfo Info, HardwareProfile Hardware, ModelProgram Program);
