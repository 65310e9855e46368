#pragma once

#include <string>
#include <vector>

// Just enough of S3, with the credentials and the endpoint that Lambda gives a function in its
// environment. One connection, kept. Throws std::runtime_error.
class S3 {
  public:
    S3();
    ~S3();
    S3(const S3&) = delete;
    S3& operator=(const S3&) = delete;

    std::string get(const std::string& bucket, const std::string& key);
    void put(
        const std::string& bucket,
        const std::string& key,
        const std::string& bytes,
        const std::string& content_type
    );

  private:
    std::string url(const std::string& bucket, const std::string& key) const;
    void prepare(const std::string& url);
    std::string perform(std::vector<std::string> header_lines);

    void* curl_;
    std::string region_;
    std::string keys_;
    std::string token_;
    std::string endpoint_;
};
