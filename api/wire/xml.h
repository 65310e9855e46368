#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace pugi {
class xml_document;
}

namespace lambent::api {

// An XML text from a client into `document`. kInvalidArgument when it is not well-formed, has a
// document type (entities have no business here) or is nested deeper than 64.
Result<void> parse_xml(std::string_view text, pugi::xml_document& document);

// Text as it may stand in an element or attribute; characters that XML cannot carry become U+FFFD.
std::string xml_escape(std::string_view text);

// Writes a document front to back; elements close in the order they were opened.
class XmlWriter {
  public:
    XmlWriter();
    void open(std::string_view name);
    void open(std::string_view name, std::string_view xml_namespace);
    void leaf(std::string_view name, std::string_view text);
    void close();
    // The document; all elements must be closed.
    std::string take();

  private:
    std::string out_;
    std::vector<std::string> open_;
};

}  // namespace lambent::api
